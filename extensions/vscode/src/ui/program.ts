/** The program that the language server is, while it runs. */
import { spawn, type ChildProcess } from "node:child_process";

/** Milliseconds that one which fails has for its last words. */
const PATIENCE = 2000;

export class Program {
  readonly process: ChildProcess;
  /** What it said last on standard error. */
  lastWords = "";
  private readonly closed: Promise<unknown>;

  constructor(command: string, args: readonly string[]) {
    const server = spawn(command, args, { env: process.env });
    this.process = server;
    server.stderr.on("data", (data: Buffer) => {
      const lines = data.toString().split("\n");
      this.lastWords = lines.findLast((line) => line.trim() !== "")?.trim() ?? this.lastWords;
    });
    this.closed = new Promise((resolve) => {
      server.on("close", resolve);
      server.on("error", (error) => {
        this.lastWords = error.message;
        resolve(undefined);
      });
    });
  }

  /** When it is gone, and has said all that it had to say; or soon all the same. */
  get ended(): Promise<unknown> {
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    return Promise.race([this.closed, patience]);
  }

  /** Have it end, as soon as it can: it may be taking something back. */
  end(): void {
    this.process.kill("SIGTERM");
  }
}
