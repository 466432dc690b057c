/** A data cache in memory: looks and loads, of what is there, of what is not, and of what many want at once. */
import { dataContestants } from '../contestants/data/index.ts'
import type { DataContestant, DataSubject } from '../data-contestant.ts'
import { named, type Subject } from '../subject.ts'

export interface DataScene {
  readonly title: string
  readonly ask: (subject: DataSubject) => unknown
  readonly check: (subject: DataSubject) => Promise<void>
  /** Whether it is all about what is in memory. */
  readonly isHit?: boolean
  /** Why a contestant cannot be asked that. */
  readonly lack?: (contestant: DataContestant) => string | undefined
}

const keyCount = 10_000
const together = 200

const keys = Array.from({ length: keyCount }, (_, index) => `product:${index}`)
const absent = Array.from({ length: keyCount }, (_, index) => `absent:${index}`)

const valueOf = (index: number): object => ({
  id: index,
  name: 'amber lamp',
  price: 12_345,
  tags: ['a', 'b'],
})

let turn = 0
const nextOf = (texts: readonly string[]): string => texts[turn++ % keyCount] ?? ''
const nextNew = (): string => `new:${turn++}`

const neverLoads = async (): Promise<never> => {
  throw new Error('what is there must not be loaded')
}
const loaded = valueOf(0)
const loadsAtOnce = async (): Promise<object> => loaded

let loads = 0
const loadsLater = async (): Promise<object> => {
  loads++
  await new Promise(setImmediate)
  return loaded
}

const everyoneAtOnce = (subject: DataSubject): Promise<unknown> => {
  const key = nextNew()
  return Promise.all(Array.from({ length: together }, () => subject.getOrLoad(key, loadsLater)))
}

const idOf = (value: unknown): unknown => (value as { readonly id?: unknown } | null | undefined)?.id

const expect = (claim: boolean, otherwise: string): void => {
  if (!claim) throw new Error(otherwise)
}

export const dataScenes: readonly DataScene[] = [
  {
    title: 'get, there',
    isHit: true,
    ask: (subject) => subject.get(nextOf(keys)),
    check: async (subject) =>
      expect(idOf(await subject.get(keys[7] ?? '')) === 7, 'it does not find what was set'),
  },
  {
    title: 'get, not there',
    ask: (subject) => subject.get(nextOf(absent)),
    check: async (subject) =>
      expect(((await subject.get('absent')) ?? undefined) === undefined, 'it finds what was never set'),
    lack: ({ getLoads }) => (getLoads === true ? 'it has no get that does not load' : undefined),
  },
  {
    title: 'getOrLoad, there',
    isHit: true,
    ask: (subject) => subject.getOrLoad(nextOf(keys), neverLoads),
    check: async (subject) =>
      expect(idOf(await subject.getOrLoad(keys[7] ?? '', neverLoads)) === 7, 'it does not find what was set'),
  },
  {
    title: 'getOrLoad, not there',
    ask: (subject) => subject.getOrLoad(nextNew(), loadsAtOnce),
    check: async (subject) =>
      expect(idOf(await subject.getOrLoad(nextNew(), loadsAtOnce)) === 0, 'it does not give what was loaded'),
  },
  {
    title: `getOrLoad, ${together} at once on a cold key (one operation)`,
    ask: everyoneAtOnce,
    async check(subject) {
      loads = 0
      await everyoneAtOnce(subject)
      expect(loads === 1, `it loads ${loads} times`)
    },
  },
]

/** Not all at once: a Redis on a busy machine has to follow. */
async function eachKey(act: (key: string, index: number) => unknown): Promise<void> {
  const atOnce = 50
  for (let start = 0; start < keyCount; start += atOnce) {
    const some = keys.slice(start, start + atOnce)
    await Promise.all(some.map((key, index) => act(key, start + index)))
  }
}

export function dataSubject(name?: string, title?: string, redisUrl?: string): Subject {
  const contestant = named(dataContestants, name)
  const scene = dataScenes.find((one) => one.title === title)
  if (scene === undefined) throw new Error(`no scene ${title}`)
  const subject = contestant.make(redisUrl)
  return {
    async check() {
      const lack = scene.lack?.(contestant)
      if (lack !== undefined) throw new Error(lack)
      await eachKey((key, index) => subject.set(key, valueOf(index)))
      // What is kept in two places is in memory when it has been asked for.
      if (scene.isHit === true) await eachKey((key) => subject.get(key))
      await scene.check(subject)
    },
    async run(times) {
      for (let left = times; left > 0; left--) {
        const answer = scene.ask(subject)
        // As a service must.
        if (answer instanceof Promise) await answer
      }
    },
    close: () => subject.close(),
  }
}
