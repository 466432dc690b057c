/** A subject in a process of its own, as an entrant. */
import type { Role } from './result.ts'
import type { Entrant, Spent } from './rounds.ts'
import type { SubjectKind } from './subjects/index.ts'
import { startWorker } from './worker.ts'

export function subjectEntrant(
  role: Role,
  kind: SubjectKind,
  ...[name, ...words]: readonly [string, ...string[]]
): Entrant {
  return {
    name,
    role,
    async start() {
      const worker = await startWorker('subject-process.js', [kind, name, ...words])
      return { run: async (times) => (await worker.ask(times)) as Spent, stop: () => worker.stop() }
    },
  }
}
