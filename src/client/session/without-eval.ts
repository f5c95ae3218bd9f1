import { z } from 'zod';

// Without this zod probes for `eval` while schemas are made, which a page's strict content security policy reports as a
// violation. It therefore has to run before any module that makes schemas.
z.config({ jitless: true });
