// What `npm run storybook` starts beside the Storybook: the supervisor, and the stage's server under it.
import { supervise } from '../../examples/supervisor/supervise.js';

const { STORY_ORIGINS = '' } = process.env;

const { url } = await supervise({ server: new URL('./server.mjs', import.meta.url), port: 0, host: '127.0.0.1', origins: STORY_ORIGINS.split(',') });
console.log(url);
