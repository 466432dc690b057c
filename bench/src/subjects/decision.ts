/** Decisions in memory: on so many keys, one after the other. */
import { decisionContestants } from '../contestants/decision/index.ts'
import { named, type Subject } from '../subject.ts'

export function decisionSubject(name?: string, keyCount?: string): Subject {
  const keys = Array.from({ length: Number(keyCount) }, (_, index) => `client:${index}`)
  const decide = named(decisionContestants, name).make()
  let next = 0
  return {
    async check() {
      const said = async (): Promise<string> => JSON.stringify(await decide(keys[0] ?? ''))
      // A count, or an object with one in it.
      if ((await said()) === (await said())) throw new Error('it counts nothing')
    },
    async run(times) {
      for (let left = times; left > 0; left--) {
        const made = decide(keys[next] ?? '')
        // As a middleware must.
        if (made instanceof Promise) await made
        next = next + 1 === keys.length ? 0 : next + 1
      }
    },
    close: async () => undefined,
  }
}
