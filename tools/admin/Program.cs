using Chat.Admin;

return await AdminTool.RunAsync(args, Console.In, Console.Out, Console.Error);
