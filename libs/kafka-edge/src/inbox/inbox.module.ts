import { type DynamicModule, Module } from '@nestjs/common';

import { InboxController } from './inbox.controller.js';
import { Inbox } from './inbox.js';

@Module({})
export class InboxModule {
  static register(inbox: Inbox): DynamicModule {
    return {
      module: InboxModule,
      controllers: [InboxController],
      providers: [{ provide: Inbox, useValue: inbox }],
    };
  }
}
