import { buildWebDemo } from '../../../scripts/setup/web-demo.mjs';

/** The pages are tested as they are built; without this a run of this project alone would find none, or those of yesterday. */
export const setup = buildWebDemo;
