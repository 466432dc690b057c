/** `npm run soak`: what takes a minute and is no part of `npm test`. */
import { mergeConfig } from 'vitest/config'
import config from './vitest.config.ts'

const soak = mergeConfig(config, {})
soak.test.include = ['test/soak/*.soak.ts']

export default soak
