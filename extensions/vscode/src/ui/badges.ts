/** Badges in the Explorer: asked for in batches, kept until something changes. */
import {
  EventEmitter,
  FileDecoration,
  ThemeColor,
  Uri,
  window,
  workspace,
  type CancellationToken,
  type Disposable,
  type FileDecorationProvider,
} from "vscode";
import { badgeOf } from "../plan/states";
import type { PathStatus } from "../protocol/schema";
import type { Farm, Overview } from "./overview";
import type { Server } from "./server";
import { SECTION, settings } from "./settings";

/** Milliseconds in which questions are gathered. */
const GATHERING = 25;
/** Paths of one request. */
const BATCH = 256;
/** Answers that are kept. */
const KEPT = 20_000;

interface Question {
  readonly farm: Farm;
  readonly answer: (status: PathStatus | undefined) => void;
}

export class Badges implements FileDecorationProvider, Disposable {
  private readonly known = new Map<string, Promise<PathStatus | undefined>>();
  private questions = new Map<string, Question>();
  private timer: NodeJS.Timeout | undefined;
  private readonly emitter = new EventEmitter<undefined>();
  private readonly subscriptions: Disposable[];

  readonly onDidChangeFileDecorations = this.emitter.event;

  constructor(
    private readonly server: Server,
    private readonly overview: Overview,
  ) {
    this.subscriptions = [
      window.registerFileDecorationProvider(this),
      overview.onDidChange(() => {
        if (!overview.busy) this.forget();
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${SECTION}.explorer`)) this.forget();
      }),
    ];
  }

  async provideFileDecoration(
    uri: Uri,
    cancel: CancellationToken,
  ): Promise<FileDecoration | undefined> {
    if (uri.scheme !== "file" || !settings.badges() || this.overview.state !== "ready") {
      return undefined;
    }
    const farm = this.farmOf(uri.path);
    if (farm === undefined) return undefined;
    const status = await this.ask(uri.toString(), farm);
    if (status === undefined || cancel.isCancellationRequested) return undefined;
    const badge = badgeOf(status.state);
    if (badge === undefined) return undefined;
    return new FileDecoration(badge.badge, status.message, new ThemeColor(badge.colour));
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.emitter.dispose();
  }

  private forget(): void {
    this.known.clear();
    this.emitter.fire(undefined);
  }

  /** The farm that a path could belong to; nothing is asked about any other path. */
  private farmOf(path: string): Farm | undefined {
    const { farms } = this.overview;
    return (
      farms.find(({ place }) => isBelow(path, place.root)) ??
      farms.find(({ packages }) =>
        [packages.target, ...packages.packages.map(({ target }) => target)].some((target) =>
          isBelow(path, target),
        ),
      )
    );
  }

  private ask(uri: string, farm: Farm): Promise<PathStatus | undefined> {
    const known = this.known.get(uri);
    if (known !== undefined) return known;
    if (this.known.size >= KEPT) this.known.clear();
    const asked = new Promise<PathStatus | undefined>((answer) => {
      this.questions.set(uri, { farm, answer });
    });
    this.known.set(uri, asked);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush();
    }, GATHERING);
    return asked;
  }

  private flush(): void {
    const questions = this.questions;
    this.questions = new Map();
    for (const farm of new Set([...questions.values()].map((question) => question.farm))) {
      const asked = [...questions].filter(([, question]) => question.farm === farm);
      for (let start = 0; start < asked.length; start += BATCH) {
        void this.fetch(farm, asked.slice(start, start + BATCH));
      }
    }
  }

  private async fetch(farm: Farm, asked: readonly (readonly [string, Question])[]): Promise<void> {
    let found: readonly PathStatus[] = [];
    try {
      const params = { ...farm.place, paths: asked.map(([uri]) => uri) };
      found = (
        await this.server.request<{ readonly paths: PathStatus[] }>("dotstream/status", params)
      ).paths;
    } catch {
      // A badge is not worth a message: the same problem shows in the view.
    }
    asked.forEach(([, question], index) => {
      question.answer(found[index]);
    });
  }
}

function isBelow(path: string, directory: string): boolean {
  const above = Uri.parse(directory).path.replace(/\/$/, "");
  return path === above || path.startsWith(`${above}/`);
}
