import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface ControlButtonProps {
  readonly icon: IconName;
  /** What pressing it does; also the tooltip. */
  readonly label: string;
  readonly testId: string;
  readonly onClick: () => void;
  /** `alert`: off, and everyone should notice. `active`: something is running or open. */
  readonly tone?: 'plain' | 'alert' | 'active' | 'danger';
  /** For buttons that stay in: a panel, a mode. */
  readonly isPressed?: boolean;
  readonly isExpanded?: boolean;
  readonly shortcut?: string;
  readonly badge?: string | number | null;
  readonly hasProblem?: boolean;
  readonly class?: string;
  readonly children?: ComponentChildren;
}

/** A round control with an icon, as in the bar below the stage. */
export function ControlButton(props: ControlButtonProps) {
  const { icon, label, testId, onClick, tone = 'plain', isPressed, isExpanded, shortcut, badge, hasProblem } = props;
  return (
    <button
      type="button"
      class={`control control-${tone} ${props.class ?? ''}`}
      data-testid={testId}
      aria-label={label}
      aria-pressed={isPressed}
      aria-expanded={isExpanded}
      aria-keyshortcuts={shortcut}
      title={shortcut ? `${label} (${shortcut})` : label}
      onClick={onClick}
    >
      <Icon name={icon} />
      {props.children}
      {badge ? <span class="control-badge">{badge}</span> : null}
      {hasProblem ? (
        <span class="control-problem">
          <Icon name="warning" size={14} />
        </span>
      ) : null}
    </button>
  );
}
