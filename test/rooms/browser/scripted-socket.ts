// A WebSocket class that does what the test says, one event at a time. Not a test.
export class ScriptedSocket extends EventTarget {
  static readonly made: ScriptedSocket[] = [];
  static get last(): ScriptedSocket {
    return ScriptedSocket.made.at(-1) as ScriptedSocket;
  }
  readyState = 0;
  bufferedAmount = 0;
  binaryType = 'blob';
  readonly sent: string[] = [];
  readonly closes: [code: number | undefined, reason: string | undefined][] = [];

  constructor(
    readonly url: string,
    readonly protocols?: string | string[],
  ) {
    super();
    if (url.includes('throw')) throw new SyntaxError('no such URL');
    ScriptedSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(code?: number, reason?: string): void {
    this.closes.push([code, reason]);
    this.readyState = 2;
  }
  opens(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  hears(data: unknown): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
  /** Errors that found a listener; with `ws`, one that finds none ends the process. */
  get heardErrors(): number {
    return this.#heardErrors;
  }
  #heardErrors = 0;
  readonly #listening = new Set<unknown>();
  override addEventListener(type: string, listener: EventListener): void {
    if (type === 'error') this.#listening.add(listener);
    super.addEventListener(type, listener);
  }
  override removeEventListener(type: string, listener: EventListener): void {
    if (type === 'error') this.#listening.delete(listener);
    super.removeEventListener(type, listener);
  }
  fails(): void {
    if (this.#listening.size > 0) this.#heardErrors += 1;
    this.dispatchEvent(new Event('error'));
  }
  closed(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason, wasClean: code === 1000 }));
  }
}
