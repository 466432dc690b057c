/** What a Redis server was asked to do, by its own count. */
import type { RedisNode } from './redis-node.ts'
import { until } from './until.ts'

/** What the buses of `nodes` ask four times a second each, whether anybody uses them or not; and `INFO` itself. */
const ofTheBus: ReadonlySet<string> = new Set(['info', 'ping', 'mget'])

/** Waits until `act` runs without a command: a machine that stands still for a second makes every node ask again. */
export async function expectNoCommands(redis: RedisNode, nodes: number, act: () => unknown): Promise<void> {
  await until('no command', async () => {
    const ran = await commandsDuring(redis, nodes, act)
    if (Object.keys(ran).length > 0) throw new Error(JSON.stringify(ran))
    return true
  })
}

/**
 * The commands beyond those of the bus that were run while `act` was: none, where nothing asked for anything. What the bus
 * runs itself counts as well where it is more than its checks can have been.
 */
async function commandsDuring(
  redis: RedisNode,
  nodes: number,
  act: () => unknown,
): Promise<Record<string, number>> {
  const before = await calls(redis)
  const startedAt = performance.now()
  await act()
  const after = await calls(redis)
  const checks = nodes * (Math.ceil((performance.now() - startedAt) / 250) + 2)
  const ran: Record<string, number> = {}
  for (const [name, count] of after) {
    const made = count - (before.get(name) ?? 0)
    if (made > (ofTheBus.has(name) ? checks : 0)) ran[name] = made
  }
  return ran
}

async function calls(redis: RedisNode): Promise<Map<string, number>> {
  const info = String(await redis.command('INFO', 'commandstats'))
  const lines = info.matchAll(/^cmdstat_(?<name>[^:]+):calls=(?<calls>\d+)/gm)
  return new Map([...lines].map(({ groups }) => [groups?.['name'] ?? '', Number(groups?.['calls'])]))
}
