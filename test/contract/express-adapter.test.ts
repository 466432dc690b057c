/** Express 4 and 5 keep the contract of an adapter. */
import { adapterContract } from '@forebay/testing'
import { expressHarnesses } from '../harness/express.ts'

for (const harness of expressHarnesses) adapterContract(harness)
