/** Whether the disk does what it is there for: it takes what is written. */
import type { Clock, Health } from '@forebay/core'
import type { Environment } from './environment.ts'

const key = Buffer.from('health')

export function healthOf(environment: Environment, clock: Clock): () => Promise<Health> {
  return async () => {
    const askedAt = clock.now()
    try {
      const value = Buffer.alloc(8)
      value.writeDoubleLE(askedAt)
      const facts = environment.table('facts')
      environment.write(() => facts.put(key, value))
      const detail = `${environment.folder} takes writes; its file has ${Math.ceil(environment.bytes / 2 ** 20)} MiB`
      return { ok: true, latencyMs: clock.now() - askedAt, detail }
    } catch (error) {
      return { ok: false, latencyMs: clock.now() - askedAt, detail: String(error) }
    }
  }
}
