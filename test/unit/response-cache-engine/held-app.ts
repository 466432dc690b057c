/** An app whose handler answers when it is told to. */
import { fakeApp, type FakeApp, type FakeOptions, type FakeReply } from './fake-app.ts'

export interface HeldApp {
  readonly app: FakeApp
  /** Answers, or fails, the run that has waited longest. */
  answer(reply?: FakeReply | Error): Promise<void>
  /** How many runs wait for their answer. */
  running(): number
}

export function heldApp(options: FakeOptions = {}): HeldApp {
  const waiting: {
    resolve: (reply: FakeReply) => void
    reject: (error: Error) => void
  }[] = []
  const app = fakeApp(() => new Promise((resolve, reject) => waiting.push({ resolve, reject })), {
    ttl: '1m',
    ...options,
  })
  return {
    app,
    running: () => waiting.length,
    async answer(reply = { body: 'shared' }) {
      const next = waiting.shift()
      if (reply instanceof Error) next?.reject(reply)
      else next?.resolve(reply)
      await settled()
    },
  }
}

/** When everything that can happen now has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
