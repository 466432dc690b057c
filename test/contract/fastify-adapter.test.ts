/** Fastify 5 keeps the contract of an adapter. */
import { adapterContract } from '@forebay/testing'
import { fastifyHarness } from '../harness/fastify.ts'

adapterContract(fastifyHarness)
