/** A fleet whose nodes have near copies keeps the same promises. */
import { describe } from 'vitest'
import { useTiers } from './held-fleet.ts'

useTiers()

describe('over tiers', async () => {
  await import('./stampede.test.ts')
  await import('./handover.test.ts')
  await import('./uncacheable.test.ts')
  await import('./refresh.test.ts')
  await import('./purges.test.ts')
  await import('./backend-away.test.ts')
})
