using System.Net;
using Chat.Local.TestApp;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class When_middleware_runs
{
    [Fact]
    public async Task Should_run_in_the_order_of_registration_and_execute_the_result_after_all_have_returned()
    {
        await using var host = await StartAsync(app => app.UseMiddleware<Outer>().UseMiddleware<Inner>());
        Assert.Equal("result", await host.Client.GetStringAsync(new Uri("api/Traced", UriKind.Relative)));
        Assert.Equal(
            ["outer", "inner", "function", "inner ends", "outer ends", "result"],
            host.Host.Services.GetRequiredService<Trace>().Steps);
    }

    [Fact]
    public async Task Should_answer_with_what_a_middleware_puts_in_place_of_the_result()
    {
        await using var host = await StartAsync(app => app.UseMiddleware<Replacing>());
        Assert.Equal("replaced result of Traced", await host.Client.GetStringAsync(new Uri("api/Traced", UriKind.Relative)));
    }

    [Fact]
    public async Task Should_answer_with_the_result_of_a_middleware_that_doesnt_go_on()
    {
        await using var host = await StartAsync(app => app.UseMiddleware<Refusing>());
        using var response = await host.Client.GetAsync(new Uri("api/Traced", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Empty(host.Host.Services.GetRequiredService<Trace>().Steps);
    }

    [Fact]
    public async Task Should_catch_what_a_function_throws()
    {
        await using var host = await StartAsync(app => app.UseMiddleware<Catching>());
        using var response = await host.Client.GetAsync(new Uri("api/Failing", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("no luck", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Should_see_the_request_only_after_ConfigureFunctionsWebApplication()
    {
        await using var host = await TestHost.StartAsync([typeof(Traced)], app =>
        {
            app.Services.AddSingleton<Trace>();
            app.UseMiddleware<SeesRequest<int>>();
            app.ConfigureFunctionsWebApplication();
            app.UseMiddleware<SeesRequest<long>>();
        });
        await host.Client.GetStringAsync(new Uri("api/Traced", UriKind.Relative));
        Assert.Equal(
            ["Int32 sees no request", "Int64 sees /api/Traced", "function", "result"],
            host.Host.Services.GetRequiredService<Trace>().Steps);
    }

    [Fact]
    public async Task Should_know_the_invocation_and_share_items_features_and_services_with_the_function()
    {
        await using var host = await StartAsync(app =>
        {
            app.Services.AddScoped<Scoped>();
            app.UseMiddleware<Sharing>();
        });
        Assert.Equal(
            "Sharing httpTrigger a-b item feature same scope",
            await host.Client.GetStringAsync(new Uri("api/share/a-b", UriKind.Relative)));
    }

    private static Task<TestHost> StartAsync(Action<FunctionsApplicationBuilder> configure) =>
        TestHost.StartAsync([typeof(Traced)], app =>
        {
            app.Services.AddSingleton<Trace>();
            app.ConfigureFunctionsWebApplication();
            configure(app);
        });

    private sealed class Outer(Trace trace) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            trace.Steps.Add("outer");
            await next(context);
            trace.Steps.Add("outer ends");
        }
    }

    private sealed class Inner(Trace trace) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            trace.Steps.Add("inner");
            await next(context);
            trace.Steps.Add("inner ends");
        }
    }

    private sealed class Replacing : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            await next(context);
            var result = context.GetInvocationResult();
            result.Value = Results.Text(
                $"replaced {(result.Value is TracedResult ? "result" : "nothing")} of {context.FunctionDefinition.Name}");
        }
    }

    private sealed class Refusing : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            context.GetInvocationResult().Value = Results.Unauthorized();
            return Task.CompletedTask;
        }
    }

    private sealed class Catching : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            try
            {
                await next(context);
            }
            catch (InvalidOperationException exception)
            {
                context.GetInvocationResult().Value = Results.Text(exception.Message, statusCode: StatusCodes.Status409Conflict);
            }
        }
    }

    private sealed class SeesRequest<T>(Trace trace) : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            trace.Steps.Add($"{typeof(T).Name} sees {context.GetHttpContext()?.Request.Path.Value ?? "no request"}");
            return next(context);
        }
    }

    private sealed class Sharing : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            context.Items["told"] =
                $"{context.FunctionDefinition.Name} {context.FunctionDefinition.InputBindings["request"].Type} "
                    + $"{context.BindingContext.BindingData["name"]} item";
            context.Items["scoped"] = context.InstanceServices.GetRequiredService<Scoped>();
            context.Features.Set(new Shared("feature"));
            return next(context);
        }
    }
}
