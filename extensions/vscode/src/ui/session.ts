/** One plan: what was asked for and chosen, the attempt that is current, and its document. */
import { EventEmitter, type Event, type TextDocument, type Uri } from "vscode";
import { titleOfChoice } from "../plan/choices";
import { asChosen, isDivisible, titleOf, type PlanRequest } from "../plan/request";
import { operations, plural, sentence } from "../plan/sums";
import type { PlanText, Wishes } from "../plan/text";
import type { Place, Summary } from "../protocol/messages";
import type { PathUri, Row } from "../protocol/schema";
import type { Policy } from "../protocol/words";
import { oneLine } from "../protocol/paths";
import { Attempt } from "./attempt";
import type { Ask } from "./server";
import { beginningOf, PlanDocument, type Page } from "./planDocument";
import type { Running } from "./running";
import type { Server } from "./server";
import { planOptions, settings } from "./settings";

/** Milliseconds in which the window is left in peace between two pieces of a plan that grows. */
const BETWEEN = 100;
/** Milliseconds for which a plan that is made anew leaves its old text where it is. */
const HOLD = 1000;
/** Milliseconds for which a document waits for its plan before it opens without. */
const SOON = 200;
/** Lines that nobody's screen is longer than. */
const SCREEN = 200;
/** Rows that a document can have at most, however often the user asks for more. */
const MOST = 100_000;
const PLANNING = "planning…";

/** A choice for one conflict, and what else could have been chosen. */
interface Choice {
  readonly row: Row;
  readonly policy: Policy;
}

/** What is shown of package directories and their targets. */
export interface Places {
  readonly onDidChange: Event<void>;
  where(place: Place): string;
  /** Labels of the targets. */
  targets(place: Place): readonly string[];
}

export class PlanSession {
  attempt: Attempt;
  readonly choices = new Map<PathUri, Choice>();
  /** What was chosen for every conflict that has no choice of its own. */
  all: Policy | undefined;
  private readonly leftOut = new Set<PathUri>();
  private readonly settled = new Map<PathUri, string>();
  private readonly wishes: Wishes = { leftOut: this.leftOut, settled: this.settled };
  private limit = settings.maxLines();
  /** Whether something is different that is not shown yet. */
  private stale = false;
  /** The work of showing it, if that is under way. */
  private showing: Promise<void> | undefined;
  /** The planning of the current attempt. */
  private planning: Promise<void> | undefined;
  private disposed = false;
  /** The attempt whose lenses were asked for. */
  private lensesOf = 0;
  private readonly document: PlanDocument;
  private readonly emitter = new EventEmitter<void>();

  /** The document has other lines, or something else is offered about them. */
  readonly onDidChange = this.emitter.event;

  constructor(
    readonly uri: Uri,
    private request: PlanRequest,
    private readonly server: Server,
    private readonly running: Running,
    private readonly places: Places,
  ) {
    this.document = new PlanDocument(uri);
    this.attempt = this.begin();
  }

  get title(): string {
    return titleOf(this.request);
  }

  get asked(): PlanRequest {
    return this.request;
  }

  /** The same with what was chosen, as the settings are now. */
  private get chosen(): PlanRequest {
    const entries = [...this.choices].map(([path, { policy }]) => [path, policy] as const);
    const choices = { all: this.all, single: Object.fromEntries(entries) };
    return asChosen(this.request, planOptions(this.request.params.root), choices);
  }

  get place(): Place {
    const { root, target } = this.request.params;
    return target === undefined ? { root } : { root, target };
  }

  /** Whether single rows can be settled or left out. */
  get divisible(): boolean {
    return isDivisible(this.request);
  }

  get isOpen(): boolean {
    return this.document.open() !== undefined;
  }

  /** Conflicts and errors that are in the way of what is not left out. */
  get inTheWay(): number {
    const { summary, text } = this.attempt;
    if (summary === undefined) return 0;
    return summary.conflicts + summary.errors - (text.conflicts - text.problems.length);
  }

  /** Whether applying would do something, and nothing stands in its way. */
  get ready(): boolean {
    const { state, counts } = this.attempt;
    return state === "planned" && this.inTheWay === 0 && operations(counts) > 0;
  }

  /** What its document begins with: the whole of a plan that is made in no time. */
  async opening(): Promise<string> {
    await Promise.race([this.planning, sleep(SOON)]);
    return beginningOf(this.page());
  }

  /** The text whose lines a version of the document has; of an older attempt, maybe. */
  textOf(document: TextDocument): PlanText | undefined {
    const seen = this.document.shown();
    return seen?.document === document ? seen.text : undefined;
  }

  /** The same, once all that there is to write is written: for who asks only once. */
  async textWritten(document: TextDocument): Promise<PlanText | undefined> {
    await this.showing;
    return this.textOf(document);
  }

  /** Whether the document has exactly the plan, all of it, so that it can be acted on. */
  get isSettled(): boolean {
    const seen = this.document.shown();
    return seen?.whole === true && seen.text === this.attempt.text && !this.stale;
  }

  /** Whether what was offered by an attempt may be done: it is what the user sees. */
  offers(attempt: number): boolean {
    return attempt === this.attempt.number && this.isSettled;
  }

  cancel(): void {
    this.attempt.cancel();
  }

  /** Plan anew with what was chosen for one conflict, or with nothing chosen any longer. */
  async resolve(row: Row, policy?: Policy): Promise<void> {
    this.choose(row, policy);
    await this.plan();
  }

  /** Keep what was chosen for one conflict; what is planned next is planned so. */
  choose(row: Row, policy?: Policy): void {
    this.settled.delete(row.path);
    if (policy === undefined) this.choices.delete(row.path);
    else this.choices.set(row.path, { row: this.choices.get(row.path)?.row ?? row, policy });
  }

  /** Plan anew with a policy for every conflict. */
  async resolveAll(policy: Policy): Promise<void> {
    this.all = policy;
    const { text } = this.attempt;
    for (const line of text.problems) {
      const row = text.rowAt(line);
      if (row?.choices?.includes(policy) === true)
        this.settled.set(row.path, titleOfChoice(policy));
    }
    await this.plan();
  }

  /** Plan anew with no choices, and nothing left out. */
  async forgetChoices(): Promise<void> {
    this.choices.clear();
    this.leftOut.clear();
    this.settled.clear();
    this.all = undefined;
    await this.plan();
  }

  /** Leave a path out with all that is below it, or take it in again. */
  async leaveOut(path: PathUri): Promise<void> {
    if (!this.leftOut.delete(path)) this.leftOut.add(path);
    this.attempt.text.rewrite();
    await this.show();
  }

  /** How many rows are left out. */
  get omissions(): number {
    return this.attempt.text.countLeftOut();
  }

  /** Show more rows than before. */
  async showMore(): Promise<void> {
    this.limit = Math.min(MOST, this.limit * 10);
    await this.plan();
  }

  /** Plan, or plan anew; the rows appear in the document as they arrive. */
  async plan(request?: PlanRequest, remark = "", ask?: Ask): Promise<void> {
    if (this.attempt.state === "applying") return; // that is to be cancelled on purpose only
    if (request !== undefined) this.request = request;
    this.attempt.cancel();
    for (const [path, { policy }] of this.choices) this.settled.set(path, titleOfChoice(policy));
    const attempt = this.begin(remark);
    setTimeout(() => {
      if (this.isBehind) void this.show();
    }, HOLD);
    void this.show();
    this.planning = attempt.plan(() => {
      if (attempt === this.attempt) void this.show();
    }, ask);
    await this.planning;
    if (attempt === this.attempt) await this.show();
  }

  /**
   * The lenses of the current attempt were asked for: those of the one before are gone.
   *
   * Until then its lines stay, so that no lens ever stands above another line than its own.
   */
  lensesAsked(): void {
    if (this.lensesOf === this.attempt.number) return;
    this.lensesOf = this.attempt.number;
    if (this.isBehind) void this.show();
  }

  /**
   * Carry out exactly what is shown; a failure is thrown.
   *
   * A plan that is another by now is made anew, and nothing is done.
   */
  async apply(): Promise<Summary | undefined> {
    const { attempt } = this;
    const digest = attempt.summary?.digest;
    if (!this.ready || digest === undefined || (this.isOpen && !this.isSettled)) return undefined;
    try {
      const applying = attempt.apply(this.chosen, digest, [...this.leftOut]);
      void this.show();
      return await applying;
    } catch (error) {
      if (attempt.fault?.outdated !== true) throw error;
      await this.plan(undefined, "changed since: look at it again");
      return undefined;
    } finally {
      await this.show();
    }
  }

  /** Show what is different, a piece at a time, until the document has all of it. */
  show(): Promise<void> {
    if (this.disposed) return Promise.resolve();
    this.stale = true;
    this.showing ??= this.advance().finally(() => {
      this.showing = undefined;
    });
    return this.showing;
  }

  /** The document is another than was written: write it again. */
  check(): void {
    if (this.showing === undefined && this.document.shown() === undefined) void this.show();
  }

  /** More may be known of its place than when it was written. */
  retitle(): void {
    const seen = this.document.shown();
    if (seen !== undefined && seen.lines[0] !== this.heading) void this.show();
  }

  dispose(): void {
    this.disposed = true;
    this.attempt.cancel();
    this.document.dispose();
    this.emitter.dispose();
  }

  private begin(remark = ""): Attempt {
    const { chosen: request, server, running, limit, wishes } = this;
    const tops = this.places.targets(this.place);
    this.attempt = new Attempt(request, server, running, limit, wishes, tops, remark);
    return this.attempt;
  }

  private async advance(): Promise<void> {
    // One more round when the last is over: what it has changed may change what is offered.
    while (this.stale && !this.disposed) {
      this.stale = false;
      const before = this.document.shown()?.lines.length ?? 0;
      const done = await this.document.write(this.page());
      if (!done) this.stale = true;
      // Nothing is offered before all is there, and below the screen nothing is painted.
      if (done || before < SCREEN) this.emitter.fire();
      if (this.attempt.state === "planning") await sleep(BETWEEN);
    }
  }

  private page(): Page {
    const { attempt } = this;
    const title = this.heading;
    const planning = attempt.state === "planning";
    const old = this.document.shown();
    const unready = planning || this.lensesOf !== attempt.number;
    if (unready && old !== undefined && old.text !== attempt.text && this.isYoung) {
      // Most plans are made anew sooner than anyone could look away; nothing can be pressed.
      const tail = old.whole ? old.text.tail() : [];
      return { text: old.text, header: [title, PLANNING, ""], tail };
    }
    const header = [title, this.sum(), ""];
    return { text: attempt.text, header, tail: planning ? [] : attempt.text.tail() };
  }

  /** Whether the document still has the lines of an older attempt. */
  private get isBehind(): boolean {
    return this.document.shown()?.text !== this.attempt.text;
  }

  private get heading(): string {
    return `Plan: ${this.title} · ${this.places.where(this.place)}`;
  }

  private get isYoung(): boolean {
    return Date.now() - this.attempt.began < HOLD;
  }

  private sum(): string {
    const { state, counts, summary, fault, remark } = this.attempt;
    switch (state) {
      case "planning":
        return PLANNING;
      case "planned": {
        const left = this.omissions;
        return [
          sentence(counts, summary?.unchanged ?? 0, false),
          ...(this.all === undefined ? [] : [`conflicts: ${titleOfChoice(this.all)} all`]),
          ...(left > 0 ? [`${plural(left, "row")} left out`] : []),
          ...(remark === "" ? [] : [remark]),
        ].join("; ");
      }
      case "applying":
        return `applying: ${sentence(counts, 0, false)}`;
      case "applied":
        return `done: ${sentence(counts, 0, true)}`;
      case "cancelled":
      case "failed":
        return failure(state, fault?.message ?? "");
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
