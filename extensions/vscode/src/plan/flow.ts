/** Flow control: what has been shown is acknowledged, so that the server sends on. */

/**
 * Keeps which batches came and which were acknowledged.
 *
 * The server never has more than `window` batches unacknowledged, so a reader that shows
 * slowly makes it plan slowly instead of filling memory on either side.
 */
export class Flow {
  private received = 0;
  private acknowledged = 0;

  /** @param acknowledge tells the server that all batches up to `seq` are dealt with. */
  constructor(
    private readonly window: number,
    private readonly acknowledge: (seq: number) => void,
  ) {}

  /** Note a batch; one that came before changes nothing. */
  receive(seq: number): void {
    if (seq > this.received) this.received = seq;
  }

  /** The last batch that was received. */
  get latest(): number {
    return this.received;
  }

  /** What was received up to a batch has been shown. */
  shown(seq: number): void {
    if (seq > this.acknowledged) {
      this.acknowledged = seq;
      this.acknowledge(seq);
    }
  }

  /** Nothing of what was received needs showing: tell the server now and then. */
  skipped(): void {
    // Well before the window is full, so that the server never has to wait for the answer.
    if (this.received - this.acknowledged >= Math.ceil(this.window / 4)) {
      this.shown(this.received);
    }
  }
}
