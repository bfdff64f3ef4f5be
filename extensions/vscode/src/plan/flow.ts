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
  /** Batches that came, each with the number of rows there were then. */
  private readonly waiting: { readonly seq: number; readonly rows: number }[] = [];

  /** @param acknowledge tells the server that all batches up to `seq` are dealt with. */
  constructor(
    private readonly window: number,
    private readonly acknowledge: (seq: number) => void,
  ) {}

  /** Note a batch, with which there are so many rows; one that came before changes nothing. */
  receive(seq: number, rows: number): void {
    if (seq <= this.received) return;
    this.received = seq;
    this.waiting.push({ seq, rows });
  }

  /** So many rows are shown: tell the server, well before it would have to wait for it. */
  shown(rows: number): void {
    const ahead = this.waiting.findIndex((batch) => batch.rows > rows);
    const seen = ahead < 0 ? this.waiting.length : ahead;
    const last = this.waiting[seen - 1];
    if (last === undefined || last.seq - this.acknowledged < Math.ceil(this.window / 4)) return;
    this.waiting.splice(0, seen);
    this.acknowledged = last.seq;
    this.acknowledge(last.seq);
  }
}
