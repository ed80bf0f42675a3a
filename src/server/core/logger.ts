/** Where the server says what an operator should know. Messages are fixed; tokens, payloads and client ids never appear. */
export interface Logger {
  /** Something was refused or given up. */
  warn(message: string, details?: unknown): void;
  /** The application's code, or the storage, failed. */
  error(message: string, details?: unknown): void;
}

/** What a client is told of an error: the plain sentence, or more where that harms nobody. */
export type Explain = (error: unknown, plain: string) => string;
