import type { PromptService } from '../../prompts/prompt-service.ts';
import type { Implementer } from './implementer.ts';

export interface PromptRoutesServices {
  readonly prompts: PromptService;
}

export function promptRoutes({ prompts: os }: Implementer, { prompts }: PromptRoutesServices) {
  return {
    answerWithCode: os.answerWithCode.handler(({ input }) =>
      prompts.answerWithCode(input.promptId, input.oneTimeCode),
    ),
    answerWithSecurityKey: os.answerWithSecurityKey.handler(({ input }) =>
      prompts.answerWithSecurityKey(input.promptId),
    ),
    cancel: os.cancel.handler(({ input }) => prompts.cancel(input.promptId)),
  };
}
