/** Flow control: what came is acknowledged, so that the server sends on. */

/**
 * Says which batches are dealt with, well before the server would have to wait for it.
 *
 * The server never has more than `window` batches unacknowledged, so that nothing heaps up
 * between a server that is fast and an editor that is busy.
 */
export class Flow {
  private acknowledged = 0;

  /** @param acknowledge tells the server that all batches up to `seq` are dealt with. */
  constructor(
    private readonly window: number,
    private readonly acknowledge: (seq: number) => void,
  ) {}

  /** A batch is dealt with; one that came before changes nothing. */
  received(seq: number): void {
    if (seq - this.acknowledged < Math.ceil(this.window / 4)) return;
    this.acknowledged = seq;
    this.acknowledge(seq);
  }
}
