/** What was admitted in the window in which the most was. */

export interface Admission {
  /** Instants in ms that all processes share: it was decided somewhere between them. */
  readonly sentAt: number
  readonly receivedAt: number
}

/** The most that were certainly admitted within one window: sent after its beginning, and answered before its end. */
export function worstWindow(admissions: readonly Admission[], windowMs: number): number {
  return Math.max(
    0,
    ...admissions.map(
      ({ sentAt: from }) =>
        admissions.filter((one) => one.sentAt >= from && one.receivedAt < from + windowMs).length,
    ),
  )
}
