import { killSuite } from './suite.ts'

killSuite('duckdb')
