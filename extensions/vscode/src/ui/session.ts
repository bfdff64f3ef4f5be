/** One plan: asked for, streamed into its document, and applied as it was shown. */
import { CancellationTokenSource, EventEmitter, type Uri } from "vscode";
import { Flow } from "../plan/flow";
import { applyCall, planCall, resolved, resolvedAll, titleOf } from "../plan/request";
import type { PlanRequest } from "../plan/request";
import { operations, plural, sentence } from "../plan/sums";
import { PlanText } from "../plan/text";
import { faultOf, type Fault } from "../protocol/faults";
import type { Place, Summary } from "../protocol/messages";
import type { Counts, Row, PathUri } from "../protocol/schema";
import type { Policy } from "../protocol/words";
import { oneLine } from "../protocol/paths";
import { PlanDocument, type Shown } from "./planDocument";
import type { Running } from "./running";
import type { Server } from "./server";
import { settings } from "./settings";

/** Milliseconds in which the editor is left in peace between two pieces of a plan, at least. */
const BETWEEN = 100;
/** How many times as long as a piece took the editor is left in peace after it. */
const REST = 3;

export type SessionState = "planning" | "planned" | "cancelled" | "failed" | "applying" | "applied";

export class PlanSession {
  text = new PlanText(settings.maxLines());
  state: SessionState = "planning";
  summary: Summary | undefined;
  counts: Counts = {};
  fault: Fault | undefined;

  private source: CancellationTokenSource | undefined;
  private generation = 0;
  private flow: Flow | undefined;
  /** Rows that the document has. */
  private seen = 0;
  /** Whether something is different that is not shown yet. */
  private stale = false;
  /** The work of showing it, if that is under way. */
  private showing: Promise<void> | undefined;
  private readonly document: PlanDocument;
  private readonly emitter = new EventEmitter<void>();

  /** The plan has other lenses and rows than it had. */
  readonly onDidChange = this.emitter.event;

  constructor(
    readonly uri: Uri,
    private request: PlanRequest,
    private readonly server: Server,
    private readonly running: Running,
    /** What is shown of a package directory and its target. */
    private readonly where: (place: Place) => string,
    renew: () => void,
  ) {
    this.document = new PlanDocument(uri, renew);
  }

  get title(): string {
    return titleOf(this.request);
  }

  get asked(): PlanRequest {
    return this.request;
  }

  get choices(): number {
    return Object.keys(this.request.params.options?.resolutions ?? {}).length;
  }

  /** Whether applying would do something, and nothing stands in its way. */
  get ready(): boolean {
    if (this.state !== "planned" || this.summary === undefined) return false;
    const { conflicts, errors, counts } = this.summary;
    return conflicts === 0 && errors === 0 && operations(counts) > 0;
  }

  /** The whole document as it is now. */
  content(): string {
    return this.document.whole(this.shown());
  }

  cancel(): void {
    this.source?.cancel();
  }

  /** Plan anew with what was chosen for one path. */
  async resolve(path: PathUri, policy: Policy): Promise<void> {
    this.request = resolved(this.request, path, policy);
    await this.plan();
  }

  /** Plan anew with a policy for every conflict. */
  async resolveAll(policy: Policy): Promise<void> {
    this.request = resolvedAll(this.request, policy);
    await this.plan();
  }

  /** Plan, or plan anew; the rows appear in the document as they arrive. */
  async plan(request?: PlanRequest): Promise<void> {
    if (this.state === "applying") return; // that is to be cancelled on purpose only
    if (request !== undefined) this.request = request;
    this.source?.cancel();
    const source = new CancellationTokenSource();
    this.source = source;
    this.generation += 1;
    const generation = this.generation;
    this.text = new PlanText(settings.maxLines());
    this.seen = 0;
    this.summary = undefined;
    this.fault = undefined;
    this.counts = {};
    const [method, params] = planCall(this.request);
    const token = this.server.token();
    const window = this.server.window();
    const flow = new Flow(window, (seq) => {
      this.server.acknowledge(token, seq);
    });
    this.flow = flow;
    this.enter("planning");
    try {
      const summary = await this.running.run(`Planning ${this.title}`, source, async (report) => {
        const reading = this.server.onBatch<Row>(token, (batch) => {
          if (generation !== this.generation) return; // a newer plan is in the document
          this.counts = batch.counts ?? this.counts;
          report({ message: plural(operations(this.counts), "operation") });
          if (batch.items === undefined) return;
          const before = this.text.length;
          this.text.add(batch.items);
          flow.receive(batch.seq, this.text.length);
          if (this.text.length > before) void this.show();
          else flow.shown(this.seen);
        });
        try {
          return await this.server.request<Summary>(
            method,
            { ...params, window, partialResultToken: token },
            source.token,
          );
        } finally {
          reading.dispose();
        }
      });
      if (generation !== this.generation) return;
      this.summary = summary;
      this.counts = summary.counts;
      this.enter("planned");
      await this.show(); // before anything is offered about rows that are not there yet
    } catch (error) {
      if (generation === this.generation) this.fail(error);
    } finally {
      source.dispose();
    }
  }

  /** Carry out exactly what is shown. Whether it was is in the state; a failure is thrown. */
  async apply(): Promise<Summary | undefined> {
    const { summary } = this;
    if (!this.ready || summary === undefined) return undefined;
    const source = new CancellationTokenSource();
    this.source = source;
    const [method, params] = applyCall(this.request, summary.digest);
    const workDoneToken = this.server.token();
    this.enter("applying");
    try {
      const done = await this.running.run(`Applying ${this.title}`, source, async (report) => {
        const reading = this.server.onWork(workDoneToken, report);
        try {
          return await this.server.request<Summary>(
            method,
            { ...params, workDoneToken },
            source.token,
          );
        } finally {
          reading.dispose();
        }
      });
      this.summary = { ...summary, ...done };
      this.enter("applied");
      return done;
    } catch (error) {
      this.fail(error);
      throw error;
    } finally {
      source.dispose();
    }
  }

  dispose(): void {
    this.generation += 1;
    this.cancel();
    this.stale = false;
    this.emitter.dispose();
  }

  private fail(error: unknown): void {
    this.fault = faultOf(error);
    this.enter(this.fault.cancelled ? "cancelled" : "failed");
  }

  private enter(state: SessionState): void {
    this.state = state;
    void this.show();
  }

  private shown(): Shown {
    return {
      title: `Plan: ${this.title} · ${this.where(this.request.params)}`,
      sum: this.sum(),
      text: this.text,
      complete: this.state !== "planning",
    };
  }

  /** Show what is different, a piece at a time, until the document has all of it. */
  private show(): Promise<void> {
    this.stale = true;
    this.showing ??= this.advance().finally(() => {
      this.showing = undefined;
    });
    return this.showing;
  }

  private async advance(): Promise<void> {
    while (this.stale) {
      this.stale = false;
      this.emitter.fire();
      const { text, flow } = this;
      const began = Date.now();
      const rows = await this.document.advance(this.shown());
      if (text !== this.text) continue; // a newer plan is to be shown
      this.seen = rows;
      flow?.shown(rows);
      if (rows < text.length) this.stale = true;
      if (this.state === "planning") {
        await sleep(Math.max(BETWEEN, REST * (Date.now() - began)));
      }
    }
  }

  private sum(): string {
    switch (this.state) {
      case "planning":
        return "planning…";
      case "planned":
        return sentence(this.counts, this.summary?.unchanged ?? 0, false);
      case "applying":
        return `applying: ${sentence(this.counts, 0, false)}`;
      case "applied":
        return `done: ${sentence(this.counts, 0, true)}`;
      case "cancelled":
      case "failed":
        return failure(this.state, this.fault?.message ?? "");
    }
  }
}

async function sleep(time: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, time));
}

/** What became of it, on one line that begins with the state. */
function failure(state: string, message: string): string {
  const shown = oneLine(message);
  return shown.toLowerCase().startsWith(state)
    ? shown.charAt(0).toLowerCase() + shown.slice(1)
    : `${state}: ${shown}`;
}
