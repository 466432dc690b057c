/** One contestant and many new keys, in a process of its own: tells what each costs, beyond the key's own text. */
import { answering } from './answering.ts'
import { decisionContestants } from './contestants/decision/index.ts'
import { named } from './subject.ts'

export interface NewKeysCost {
  readonly cpuNanoseconds: number
  readonly bytesPerKey: number
}

const [name, countText] = process.argv.slice(2)
const count = Number(countText)

await answering(async () => {
  const decide = named(decisionContestants, name).make()
  // Flat texts: one that is put together of others would be copied when it is first looked up.
  const keys = Array.from({ length: count }, (_, index) =>
    Buffer.from(`client-number-${index}`).toString('latin1'),
  )
  return {
    async answer(): Promise<NewKeysCost> {
      const before = heldBytes()
      const cpu = process.cpuUsage()
      for (const key of keys) {
        const made = decide(key)
        if (made instanceof Promise) await made
      }
      const { user, system } = process.cpuUsage(cpu)
      const bytesPerKey = (heldBytes() - before) / count
      // Used once more, so that neither the contestant nor the keys were garbage when they were counted.
      await decide(keys[0] ?? '')
      return { cpuNanoseconds: ((user + system) * 1_000) / count, bytesPerKey }
    },
    close: async () => undefined,
  }
})

function heldBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
