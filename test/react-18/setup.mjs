// Packages that `require('react')` get React 18 too. Modules that Vite resolves are sent there by the alias of the project `react18`.
import Module from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(import.meta.url);
const here = new Module(file);
here.filename = file;
here.paths = Module._nodeModulePaths(dirname(file));

const real = Module._resolveFilename;
Module._resolveFilename = (request, parent, ...rest) => real(request, /^react(-dom)?(\/|$)/.test(request) ? here : parent, ...rest);
