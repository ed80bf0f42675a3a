// A room that this page may not enter: what that means, and what can be done.
export function Forbidden({ title, onLeave }: { readonly title: string; readonly onLeave: () => void }) {
  return (
    <div className="forbidden" role="alert" data-testid="forbidden">
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13zM12 14.5v2.5" />
      </svg>
      <p><b>The {title.toLowerCase()} is not open to you.</b></p>
      <p className="hint">
        The server refused when this page asked to listen (<code>forbidden</code>). Nothing that is said there reaches this page, and nothing else of yours is affected.
        Whoever runs the desk can let you in; until then, everybody meets on the floor.
      </p>
      <button type="button" onClick={onLeave}>Back to the floor</button>
    </div>
  );
}
