/** A Chromium that is there, or was fetched into a cache folder: what Playwright's `launch` takes. */
export interface Browser {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  /** Where it came from, for a line in a log. */
  readonly source: string;
}
export function resolveBrowser(): Promise<Browser>;
