import { defineConfig } from 'vitest/config';

/** CI machines are shared; a test with real parts that was starved of processor time gets a second chance there. */
const sharedMachineRetries = process.env.CI ? 1 : 0;

/** Unit tests sit beside the code; everything that needs real parts has a project of its own below `test/`. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          environment: 'node',
          // Some start a program, which takes seconds on a machine that does other things too.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // They mostly wait for timers and sockets, so two at a time fit on two cores.
          maxWorkers: 2,
          retry: sharedMachineRetries,
        },
      },
      {
        test: {
          name: 'foreign',
          include: ['test/foreign/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          retry: sharedMachineRetries,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          testTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/support/built-demo.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry: sharedMachineRetries,
          fileParallelism: false,
        },
      },
    ],
  },
});
