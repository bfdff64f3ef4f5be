/** What is under way: shown as progress that can be cancelled. */
import {
  EventEmitter,
  ProgressLocation,
  window,
  type CancellationTokenSource,
  type Disposable,
} from "vscode";
import type { WorkReport } from "./server";

/** Milliseconds before a notification is worth its flicker. */
const PATIENCE = 300;
/** Milliseconds between two messages: nobody reads faster. */
const BETWEEN = 100;

export type Report = (report: WorkReport) => void;

export class Running implements Disposable {
  private readonly works = new Map<CancellationTokenSource, string>();
  private readonly emitter = new EventEmitter<void>();

  readonly onDidChange = this.emitter.event;

  /** What the newest work says about itself, or nothing. */
  get message(): string | undefined {
    return [...this.works.values()].at(-1);
  }

  /** Ask everything that is under way to stop. */
  cancelAll(): number {
    for (const source of this.works.keys()) source.cancel();
    return this.works.size;
  }

  /** Run some work with a notification that can cancel it, unless it is over at once. */
  async run<Result>(
    title: string,
    source: CancellationTokenSource,
    work: (report: Report) => Promise<Result>,
  ): Promise<Result> {
    let latest: WorkReport = {};
    let show: Report = () => undefined;
    this.note(source, title);
    source.token.onCancellationRequested(() => {
      if (this.works.has(source)) this.note(source, `Cancelling: ${title}`);
    });
    let next = 0;
    const outcome = work((report) => {
      latest = report;
      if (Date.now() < next) return;
      next = Date.now() + BETWEEN;
      show(report);
      if (source.token.isCancellationRequested) return;
      this.note(source, report.message === undefined ? title : `${title}: ${report.message}`);
    });
    const timer = setTimeout(() => {
      void window.withProgress(
        { location: ProgressLocation.Notification, title, cancellable: true },
        async (progress, cancel) => {
          cancel.onCancellationRequested(() => {
            source.cancel();
          });
          let percentage = 0;
          show = (report) => {
            const increment = Math.max(0, (report.percentage ?? 0) - percentage);
            percentage += increment;
            progress.report({
              ...(report.message === undefined ? {} : { message: report.message }),
              ...(increment > 0 ? { increment } : {}),
            });
          };
          show(latest);
          await outcome.then(
            () => undefined,
            () => undefined, // told by whoever waits for the outcome
          );
        },
      );
    }, PATIENCE);
    try {
      return await outcome;
    } finally {
      clearTimeout(timer);
      this.works.delete(source);
      this.emitter.fire();
    }
  }

  dispose(): void {
    this.cancelAll();
    this.emitter.dispose();
  }

  private note(source: CancellationTokenSource, message: string): void {
    this.works.set(source, message);
    this.emitter.fire();
  }
}
