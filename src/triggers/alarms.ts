export type AlarmStatus = any;
export const judgeAlarm = (..._: any[]): any => ({});
