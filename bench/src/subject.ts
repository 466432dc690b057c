/** A contestant with one job in hand, in whatever process it runs. */

export interface Subject {
  /** Rejects when it does not do the job: before anything is timed. */
  check(): Promise<void>
  run(times: number): Promise<void>
  close(): Promise<void>
}

/** What a subject is made of: texts, as they go to a process of its own. The contestant's name comes first. */
export type MakeSubject = (...words: string[]) => Subject

/** The contestant of that name. */
export function named<Contestant extends { readonly name: string }>(
  contestants: readonly Contestant[],
  name: string | undefined,
): Contestant {
  const found = contestants.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no contestant ${name}`)
  return found
}
