/** A process that runs one subject as often as it is asked to, and tells the time that took. */
import { answering } from './answering.ts'
import type { Spent } from './rounds.ts'
import { subjects, type SubjectKind } from './subjects/index.ts'

const [kind, ...words] = process.argv.slice(2)

await answering(async () => {
  const subject = subjects[kind as SubjectKind](...words)
  await subject.check()
  return {
    async answer(times): Promise<Spent> {
      const cpu = process.cpuUsage()
      const startedAt = performance.now()
      await subject.run(times as number)
      const ms = performance.now() - startedAt
      const { user, system } = process.cpuUsage(cpu)
      return { times: times as number, ms, cpuMicroseconds: user + system }
    },
    close: () => subject.close(),
  }
})
