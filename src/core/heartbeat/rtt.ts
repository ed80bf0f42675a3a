/** The round-trip time, smoothed. Not here: measuring it (the server does, by the answers to its pings). */

/** @see RFC 6298 §2: a new sample counts for one eighth */
export function smoothRtt(formerMs: number | null, sampleMs: number): number {
  return formerMs === null ? sampleMs : formerMs + (sampleMs - formerMs) / 8;
}
