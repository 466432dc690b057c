/** Several nodes whose handlers answer when they are told to, on one simulated far store. */
import { memoryBackend, tieredBackend, type Backend } from '@forebay/core'
import type { ManualClock } from '@forebay/testing'
import type { FakeOptions, FakeReply, FakeResponse } from '../unit/response-cache-engine/fake-app.ts'
import { heldApp, type HeldApp } from '../unit/response-cache-engine/held-app.ts'
import { simulatedFar, type FarNode } from './simulated-far.ts'

export interface FleetNode extends HeldApp, FarNode {}

export interface HeldFleet {
  readonly clock: ManualClock
  readonly nodes: readonly FleetNode[]
  node(index: number): FleetNode
  /** Handlers that wait for their answer, by node. */
  running(): number[]
  /** Runs of the handler so far, by node. */
  runs(): number[]
  /** `each` requests on every node at once. */
  ask(each: number, url?: string): Promise<FakeResponse>[]
  /** Answers the only handler that runs. */
  answer(reply?: FakeReply | Error): Promise<void>
  /** Lets time pass step by step, and everything happen that can. */
  pass(ms: number): Promise<void>
}

/** When everything that can happen without time has happened. */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < 40; turns++) await new Promise((resolve) => setImmediate(resolve))
}

let isTiered = false

/** From here on nodes have near copies in front of the far store. */
export function useTiers(): void {
  isTiered = true
}

function nodeBackend({ backend }: FarNode, clock: ManualClock): Backend {
  return isTiered ? tieredBackend({ near: memoryBackend({ clock }), far: backend, nearTtl: '60s' }) : backend
}

export function heldFleet(size: number, options: FakeOptions = {}): HeldFleet {
  const far = simulatedFar()
  const silent = { warn: () => undefined, error: () => undefined }
  const nodes = Array.from({ length: size }, (): FleetNode => {
    const node = far.node()
    return { ...node, ...heldApp({ backend: nodeBackend(node, far.clock), logger: silent, ...options }) }
  })
  const node = (index: number): FleetNode => nodes[index] as FleetNode
  return {
    clock: far.clock,
    nodes,
    node,
    running: () => nodes.map((one) => one.running()),
    runs: () => nodes.map(({ app }) => app.runs),
    ask: (each, url) => nodes.flatMap(({ app }) => Array.from({ length: each }, () => app.get(url))),
    async answer(reply) {
      const [only, ...others] = nodes.filter((one) => one.running() > 0)
      if (only === undefined || others.length > 0 || only.running() > 1) {
        throw new Error(`handlers run: ${nodes.map((one) => one.running()).join(' ')}`)
      }
      await only.answer(reply)
      await quiet()
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= 50) {
        far.clock.advance(Math.min(50, left))
        await quiet()
      }
    },
  }
}
