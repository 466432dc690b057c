/** What the tests of attacks have in common. */
import type { FakeApp, FakeHandler, FakeOptions, FakeReply } from './fake-app.ts'

export const ttl: FakeOptions = { ttl: '5m' }
export const reply = (fields: Record<string, string | string[]> = {}, more: FakeReply = {}): FakeHandler => {
  let run = 0
  return () => ({ fields, body: `run ${++run}`, ...more })
}

/** Whether the second of two requests is answered by what the first one made. */
export async function shares(
  app: FakeApp,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<boolean> {
  await first()
  await second()
  return app.runs === 1
}

/** The same of the same request twice. */
export async function sharesItself(app: FakeApp): Promise<boolean> {
  return shares(
    app,
    () => app.get(),
    () => app.get(),
  )
}
