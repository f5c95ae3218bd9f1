import { avatarColour, initials } from '../model/initials.ts';

interface AvatarProps {
  readonly id: string;
  readonly name: string;
}

/** Stands for a person whose picture is not there. */
export function Avatar({ id, name }: AvatarProps) {
  return (
    <span class={`avatar hue-${avatarColour(id)}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
