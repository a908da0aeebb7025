import { killSuite } from './suite.ts'

killSuite('jsonl')
