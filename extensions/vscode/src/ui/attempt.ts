/** One attempt at a plan: its rows as they come, how it came out, and its application. */
import { CancellationTokenSource } from "vscode";
import { Flow } from "../plan/flow";
import { applyCall, planCall, titleOf, type Call, type PlanRequest } from "../plan/request";
import { operations, plural } from "../plan/sums";
import { PlanText, type Wishes } from "../plan/text";
import { faultOf, type Fault } from "../protocol/faults";
import type { Summary } from "../protocol/messages";
import type { Counts, PathUri, Row } from "../protocol/schema";
import type { Report, Running } from "./running";
import type { Ask, Server } from "./server";

export type AttemptState = "planning" | "planned" | "cancelled" | "failed" | "applying" | "applied";

let made = 0;

export class Attempt {
  /** Tells it from every other one, so that what was offered by an older one does nothing. */
  readonly number = (made += 1);
  readonly began = Date.now();
  readonly text: PlanText;
  state: AttemptState = "planning";
  counts: Counts = {};
  summary: Summary | undefined;
  fault: Fault | undefined;
  private source = new CancellationTokenSource();

  constructor(
    readonly request: PlanRequest,
    private readonly server: Server,
    private readonly running: Running,
    private readonly limit: number,
    wishes: Wishes,
    tops: readonly string[],
    /** Why it was made, where that was not the user's wish. */
    readonly remark = "",
  ) {
    this.text = new PlanText(limit, request.params.root, wishes, tops);
  }

  get title(): string {
    return titleOf(this.request);
  }

  cancel(): void {
    this.source.cancel();
  }

  /**
   * Plan.
   *
   * @param changed is called whenever there is more to show.
   * @param ask is asked about each conflict as it is met.
   */
  async plan(changed: () => void, ask?: Ask): Promise<void> {
    try {
      const call = planCall(this.request, ask !== undefined);
      this.summary = await this.run("Planning", call, async (report, send) => {
        const window = this.server.window();
        const token = this.server.token();
        const flow = new Flow(window, (seq) => {
          this.server.acknowledge(token, seq);
        });
        const reading = this.server.onBatch<Row>(token, (batch) => {
          this.counts = batch.counts ?? this.counts;
          report({ message: plural(operations(this.counts), "operation") });
          if (batch.items === undefined) return;
          const before = this.text.lines.length;
          this.text.add(batch.items);
          flow.received(batch.seq);
          if (this.text.lines.length > before) changed();
        });
        const answering = ask === undefined ? undefined : this.server.onConflict(token, ask);
        try {
          return await send({ window, maxRows: this.limit, partialResultToken: token });
        } finally {
          reading.dispose();
          answering?.dispose();
        }
      });
      this.counts = this.summary.counts;
      this.text.leave(this.summary.omitted);
      this.state = "planned";
    } catch (error) {
      this.fail(error);
    }
  }

  /**
   * Carry out what was planned; a failure is thrown.
   *
   * @param request what was planned, with what was chosen while it was.
   * @param omit paths that are left out.
   */
  async apply(request: PlanRequest, digest: string, omit: readonly PathUri[]): Promise<Summary> {
    this.state = "applying";
    this.fault = undefined;
    this.source = new CancellationTokenSource();
    try {
      const call = applyCall(request, digest, omit);
      const done = await this.run("Applying", call, async (report, send) => {
        const workDoneToken = this.server.token();
        const reading = this.server.onWork(workDoneToken, report);
        try {
          return await send({ workDoneToken });
        } finally {
          reading.dispose();
        }
      });
      this.summary = { ...this.summary, ...done };
      this.counts = done.counts;
      this.state = "applied";
      return done;
    } catch (error) {
      // Nothing was done, and nothing is different: it can be applied when that is agreed to.
      if (this.fail(error).wishes !== undefined) this.state = "planned";
      throw error;
    }
  }

  private async run(
    verb: string,
    { method, params }: Call,
    work: (report: Report, send: (tokens: object) => Promise<Summary>) => Promise<Summary>,
  ): Promise<Summary> {
    const { source } = this;
    return await this.running.run(`${verb} ${this.title}`, source, async (report) => {
      return await work(report, async (tokens) => {
        return await this.server.request<Summary>(method, { ...params, ...tokens }, source.token);
      });
    });
  }

  private fail(error: unknown): Fault {
    const fault = faultOf(error);
    this.fault = fault;
    this.state = fault.cancelled ? "cancelled" : "failed";
    return fault;
  }
}
