/** Why no Sentinel, or no node of a Cluster, leads to Redis: ioredis only says that its connections to them closed. */
import type { Clock } from '@forebay/core'
import type { Node } from './nodes.ts'
import { openNode } from './open-client.ts'
import type { RedisClient } from './redis-client.ts'
import type { Settings } from './settings.ts'
import { why } from './why.ts'

/** Asks each node that the options name on a new connection. What was wrong, by node; undefined for nothing. Never rejects. */
export async function explain(settings: Settings, clock: Clock): Promise<string | undefined> {
  const { target } = settings
  if (target.type !== 'sentinels' && target.type !== 'cluster') return undefined
  const said = await Promise.all(target.nodes.map((node) => complaintOf(node, settings, clock)))
  const complaints = said.filter((text) => text !== undefined)
  return complaints.length > 0 ? [...new Set(complaints)].join('; ') : undefined
}

async function complaintOf(node: Node, settings: Settings, clock: Clock): Promise<string | undefined> {
  const client = openNode(settings, node)
  const complaint = await new Promise<string | undefined>((resolve) => {
    const cancel = clock.schedule(settings.timeoutMs, () => resolve('no answer'))
    client.on('error', (error) => resolve(why(error)))
    const asked = client.connect().then(() => questionOf(client, settings))
    asked.then(resolve, (error: unknown) => resolve(why(error))).finally(cancel)
  })
  client.disconnect()
  return complaint === undefined ? undefined : `${node.host}:${node.port}: ${complaint}`
}

async function questionOf(client: RedisClient, { target }: Settings): Promise<string | undefined> {
  if (target.type !== 'sentinels') {
    await client.callBuffer('CLUSTER', ['SLOTS'])
    return undefined
  }
  const master = await client.callBuffer('SENTINEL', ['GET-MASTER-ADDR-BY-NAME', target.name])
  return master === null ? `knows no master by the name of '${target.name}'` : undefined
}
