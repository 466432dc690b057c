/** Two nodes in front of one far tier; what the first asks of it waits on its way until the test lets it through. */
import { isPromise, type TieredBackend } from '@forebay/core'
import { scope, store, valueOf } from './entries.ts'
import { heldStore, type HeldStore } from './held-store.ts'
import { simulatedFleet, type SimulatedFleet } from './simulated-fleet.ts'

export interface HeldScene {
  readonly fleet: SimulatedFleet
  readonly far: HeldStore
  /** Its calls to the far tier are held while `isHeld`; those of the other never are. */
  readonly node: TieredBackend
  readonly other: TieredBackend
  isHeld: boolean
}

/** Nothing is held yet. */
export function heldScene(): HeldScene {
  const fleet = simulatedFleet()
  const far = heldStore(fleet.truth, () => scene.isHeld)
  const scene: HeldScene = {
    fleet,
    far,
    node: fleet.tiered(0, { entries: far.store }),
    other: fleet.tiered(1),
    isHeld: false,
  }
  return scene
}

/** The far tier has `key` as `old`, the node hears the bus and has no copy, and from now on its calls are held. */
export async function heldSceneWithOld(): Promise<HeldScene> {
  const scene = heldScene()
  await store(scene.other, 'key', 'old')
  await scene.node.entries.get(scope, 'another key')
  scene.isHeld = true
  return scene
}

/** Whether the node answers `key` by itself. */
export function isNear({ node }: HeldScene): boolean {
  return !isPromise(node.entries.get(scope, 'key'))
}

/** The node is asked for `key`. In an object, as whoever awaits this is not to wait for the answer. */
export function reading({ node }: HeldScene): { readonly value: Promise<unknown> } {
  return { value: valueOf(node, 'key') }
}
