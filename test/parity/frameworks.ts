/** Every framework version that is compared. */
import type { AdapterHarness } from '@forebay/testing'
import { expressHarnesses } from '../harness/express.ts'
import { fastifyHarness } from '../harness/fastify.ts'
import { koaHarnesses } from '../harness/koa.ts'

export const frameworks: readonly AdapterHarness[] = [...expressHarnesses, fastifyHarness, ...koaHarnesses]
