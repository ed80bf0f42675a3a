// The project `compiled` is worth something only if its hooks are compiled. Not a test.
import { useChannel } from '../../src/index.js';

if (!String(useChannel).includes('$[0]')) {
  throw new Error('The React Compiler has not compiled useChannel: its memory, `$[0]`, is not there. Look at the plugin of the project `compiled` in vite.config.ts.');
}
