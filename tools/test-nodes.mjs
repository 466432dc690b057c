/** `npm run test:nodes [-- 22 24]`: the test suite on other versions of Node, fetched by npx and not installed. */
import { spawnSync } from 'node:child_process'

const given = process.argv.slice(2)
const versions = given.length > 0 ? given : ['22', '24']

for (const version of versions) {
  console.log(`\n== Node ${version} ==`)
  const command = ['-y', '-p', `node@${version}`, '--', 'node', 'node_modules/vitest/vitest.mjs', 'run']
  const { status } = spawnSync('npx', command, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    console.error(`The test suite fails on Node ${version}.`)
    process.exit(1)
  }
}
