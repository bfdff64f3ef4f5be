/** Watchers of names that come and go: made once for each place, however often it is named. */
import { RelativePattern, Uri, workspace, type Disposable } from "vscode";

export interface Watched {
  readonly directory: string;
  readonly pattern: string;
  /** Whether contents count too, and not only names. */
  readonly contents?: boolean;
  /** Which changes count: names that come always do. */
  readonly counts?: (path: string) => boolean;
}

export class Watching implements Disposable {
  private readonly watchers = new Map<string, Disposable>();

  constructor(private readonly changed: () => void) {}

  /** Watch these places, and no others any longer. */
  set(places: readonly Watched[]): void {
    const wanted = new Set(places.map(keyOf));
    for (const [key, watcher] of this.watchers) {
      if (wanted.has(key)) continue;
      watcher.dispose();
      this.watchers.delete(key);
    }
    this.add(places);
  }

  /** Watch these places too. */
  add(places: readonly Watched[]): void {
    for (const place of places) {
      const key = keyOf(place);
      if (!this.watchers.has(key)) this.watchers.set(key, this.watch(place));
    }
  }

  dispose(): void {
    this.set([]);
  }

  private watch({ directory, pattern, contents = false, counts }: Watched): Disposable {
    const where = new RelativePattern(Uri.parse(directory), pattern);
    const watcher = workspace.createFileSystemWatcher(where, false, !contents, false);
    const changed = (uri: Uri) => {
      if (counts === undefined || counts(uri.path)) this.changed();
    };
    watcher.onDidCreate(this.changed);
    watcher.onDidDelete(changed);
    watcher.onDidChange(changed);
    return watcher;
  }
}

function keyOf({ directory, pattern }: Watched): string {
  return `${directory} ${pattern}`;
}
