// The build of react-dom whose <Profiler> counts in production too; it has no types of its own.
declare module 'react-dom/profiling' {
  export { createRoot } from 'react-dom/client';
}
