/** Koa 2 and 3 keep the contract of an adapter. */
import { adapterContract } from '@forebay/testing'
import { koaHarnesses } from '../harness/koa.ts'

for (const harness of koaHarnesses) adapterContract(harness)
