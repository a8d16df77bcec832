import { Check, Plus } from 'lucide-react';
import { Field } from '../../ui/field.tsx';
import { Chips, ToggleChip } from '../../ui/toggle-chip.tsx';
import type { DraftFields } from './draft.ts';

/** Whom to tell: those that the cluster suggests, and names that are typed. */
export function ReviewersField(props: {
  suggested: readonly string[];
  fields: DraftFields;
  change: (part: Partial<DraftFields>) => void;
}) {
  const { suggested, fields, change } = props;
  const toggle = (name: string) =>
    change({
      reviewers: fields.reviewers.includes(name)
        ? fields.reviewers.filter((one) => one !== name)
        : [...fields.reviewers, name],
    });
  return (
    <div className="reviewers">
      <Field
        label="Reviewers"
        value={fields.otherReviewers}
        maxLength={2_000}
        spellCheck={false}
        autoComplete="off"
        placeholder="Names, separated by commas"
        onChange={(event) => change({ otherReviewers: event.target.value })}
      />
      {suggested.length > 0 && (
        <Chips label="Suggested reviewers" className="people">
          {suggested.slice(0, 30).map((name) => (
            <ToggleChip key={name} isOn={fields.reviewers.includes(name)} onClick={() => toggle(name)}>
              {fields.reviewers.includes(name) ? (
                <Check size={12} aria-hidden />
              ) : (
                <Plus size={12} aria-hidden />
              )}
              {name}
            </ToggleChip>
          ))}
        </Chips>
      )}
    </div>
  );
}
